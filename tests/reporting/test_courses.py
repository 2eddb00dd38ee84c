"""Small pictures of the primaries from cut to cut: of everybody, in the order of the cuts."""

from analysis.reporting.courses import courses


def line(group, percent, interval, **more):
    return {"group": group, "percent": percent, "interval": interval, **more}


def cut(name, percent, interval):
    first = line("Guided", "99.0", "(98.0, 100.0)", title="PRIMARY <A>")
    return {"name": name, "headlines": [first, line("All", percent, interval)]}


def test_each_point_has_its_interval_earliest_first():
    later, earlier = cut("DC02", "12.2", "(6.0, 21.3)"), cut("DC01", "4.8", "(0.1, 23.8)")
    [(title, svg)] = courses([later, earlier])
    assert title == "PRIMARY <A>"
    assert 'aria-label="PRIMARY &lt;A&gt;: DC01 4.8% (0.1, 23.8); DC02 12.2% (6, 21.3)"' in svg
    assert svg.count("<circle") == svg.count('class="limits"') == 2
    assert "99" not in svg


def test_one_cut_or_a_number_that_is_missing_is_no_course():
    assert courses([cut("DC01", "4.8", "(0.1, 23.8)")]) == []
    assert courses([cut("DC02", "not received", ""), cut("DC01", "4.8", "(0.1, 23.8)")]) == []
    assert courses([{"name": "DC01", "headlines": []}, {"name": "DC02", "headlines": []}]) == []
