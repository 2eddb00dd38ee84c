"""What a person sees of a long run: a bar that names what runs, or plain lines in a log."""

import io

from rich.console import Console

from analysis.reporting.progress import PlainProgress, TerminalProgress, bars_on


def screen(bars):
    """What the bar says at this moment, without its colours."""
    console = Console(file=io.StringIO(), width=120, color_system=None)
    console.print(bars.get_renderable())
    return console.file.getvalue()


def test_the_bar_names_what_runs_and_how_much_longer():
    console = Console(file=io.StringIO(), force_terminal=True, width=120)
    with bars_on(console) as bars:
        progress = TerminalProgress(bars, bars.add_task("", total=0))
        progress.expect(4)
        for name in ("DC01: s02", "DC01: s03", "DC02: s02"):
            progress.begin(name, 2)
        assert "0/4" in screen(bars)
        assert "DC01: s02, DC01: s03\n" in screen(bars).replace(" \n", "\n")
        assert " left " in screen(bars)
        progress.step("DC01: s03 executed", "DC01: s03")
        assert "1/4" in screen(bars)
        assert "DC01: s02, DC02: s02" in screen(bars)
        progress.step("DC01: s02 executed", "DC01: s02")
        progress.step("DC02: s02 executed", "DC02: s02")
        progress.step("DC01: report written")
        assert "4/4" in screen(bars)
        assert "DC01: report written" in screen(bars)


def test_a_log_has_one_line_per_step(capsys):
    progress = PlainProgress()
    progress.expect(2)
    progress.begin("DC01: s02", 2)
    progress.step("DC01: s02 executed", "DC01: s02")
    assert capsys.readouterr().out == "[1/2] DC01: s02 executed\n"
