(function () {
  'use strict';
  var read = function (id) {
    var element = document.getElementById(id);
    return element ? JSON.parse(element.textContent) : null;
  };
  var make = function (name, text, kind) {
    var element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (kind) element.className = kind;
    return element;
  };

  // Search over outputs, terms, rules and patients.
  var index = read('search-index');
  var box = document.getElementById('search');
  if (index && index.length && box) {
    var form = box.closest('form');
    var list = document.getElementById('search-results');
    form.hidden = false;
    form.addEventListener('submit', function (event) {
      event.preventDefault();
      var first = list.querySelector('a');
      if (first) first.click();
    });
    box.addEventListener('input', function () {
      var words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      list.textContent = '';
      if (!words.length) return;
      index.filter(function (entry) {
        var text = (entry[0] + ' ' + entry[1] + ' ' + (entry[3] || '')).toLowerCase();
        return words.every(function (word) { return text.indexOf(word) >= 0; });
      }).slice(0, 12).forEach(function (entry) {
        var item = make('li');
        var link = make('a', '');
        link.href = form.dataset.up + entry[2];
        link.append(make('span', entry[0], 'number'), ' ' + entry[1]);
        item.append(link);
        list.append(item);
      });
      if (!list.children.length) list.append(make('li', 'Nothing found'));
    });
  }

  // A number explains itself.
  var numbers = read('numbers');
  if (!numbers) return;
  var cells = Array.prototype.slice.call(document.querySelectorAll('td[data-n]'));
  var panel = make('div', undefined, 'explained');
  panel.setAttribute('role', 'dialog');
  panel.setAttribute('aria-label', 'Where this number comes from');
  panel.hidden = true;
  document.querySelector('main').append(panel);
  var shownFor = null, pinned = false;

  var outputOf = function (cell) {
    return cell.closest('[data-output]').dataset.output;
  };
  var fill = function (cell) {
    var of = numbers.outputs[outputOf(cell)];
    panel.textContent = '';
    var close = make('button', 'Close');
    close.type = 'button';
    close.addEventListener('click', function () { hide(true); });
    panel.append(close);
    var places = {}, order = [];
    cell.dataset.n.split(' ').forEach(function (row) {
      var number = of.rows[row];
      if (!number) return;
      if (!places[number[0]]) { places[number[0]] = []; order.push(number[0]); }
      places[number[0]].push([row, number]);
    });
    order.forEach(function (place) {
      var where = of.cells[place];
      panel.append(make('p', where[5] || where[0], 'what'));
      var terms = make('dl');
      var methods = {};
      places[place].forEach(function (pair) {
        var number = pair[1];
        terms.append(make('dt', numbers.stats[number[1]] || number[1]));
        terms.append(make('dd', number[2] + (number[3] ? ' ' + number[3] : '')));
        if (number[4]) methods[number[4]] = true;
        if (number[6]) { terms.append(make('dt', 'Why')); terms.append(make('dd', number[6])); }
      });
      if (Object.keys(methods).length) {
        terms.append(make('dt', 'Method'));
        terms.append(make('dd', Object.keys(methods).join('; ')));
      }
      terms.append(make('dt', 'Key'));
      var key = [outputOf(cell)].concat(where.slice(0, 5)).map(function (part) {
        return part || '-';
      }).join(' / ');
      var code = make('dd');
      code.append(make('code', key));
      terms.append(code);
      panel.append(terms);
      var counted = of.members[place];
      if (counted) {
        panel.append(make('p', counted.length + (counted.length === 1 ? ' patient' : ' patients'), 'what'));
        var listed = make('ul', undefined, 'members');
        counted.forEach(function (at) {
          var item = make('li'), link = make('a', numbers.patients[at]);
          link.href = 'patients/' + encodeURIComponent(numbers.patients[at]) + '.html';
          item.append(link);
          listed.append(item);
        });
        panel.append(listed);
      }
    });
  };
  var show = function (cell, keep) {
    if (pinned && !keep) return;
    if (shownFor) shownFor.classList.remove('asked');
    fill(cell);
    shownFor = cell;
    pinned = keep;
    cell.classList.add('asked');
    panel.hidden = false;
    var at = cell.getBoundingClientRect();
    var wide = Math.min(352, document.documentElement.clientWidth - 16);
    panel.style.width = wide + 'px';
    var left = Math.min(at.left, document.documentElement.clientWidth - wide - 8);
    panel.style.left = Math.max(8, left) + window.scrollX + 'px';
    var below = at.bottom + 6, high = panel.offsetHeight;
    if (below + high > window.innerHeight && at.top - high - 6 > 0) below = at.top - high - 6;
    panel.style.top = below + window.scrollY + 'px';
  };
  var hide = function (back) {
    if (shownFor) {
      shownFor.classList.remove('asked');
      if (back) shownFor.focus();
    }
    panel.hidden = true;
    shownFor = null;
    pinned = false;
  };
  var cellOf = function (event) {
    return event.target.closest ? event.target.closest('td[data-n]') : null;
  };
  var main = document.querySelector('main');
  main.addEventListener('mouseover', function (event) {
    var cell = cellOf(event);
    if (cell) show(cell, false);
    else if (!pinned && !panel.contains(event.target)) hide(false);
  });
  main.addEventListener('click', function (event) {
    var cell = cellOf(event);
    if (cell) { show(cell, true); return; }
    if (!panel.contains(event.target)) hide(false);
  });
  main.addEventListener('focusin', function (event) {
    var cell = cellOf(event);
    if (cell && cell !== shownFor) show(cell, false);
  });
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape' && !panel.hidden) { hide(true); return; }
    var cell = cellOf(event);
    if (!cell) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      show(cell, true);
      var first = panel.querySelector('a, button');
      if (first) first.focus();
      return;
    }
    var step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    var row = cell.parentElement, table = cell.closest('table');
    var rows = Array.prototype.slice.call(table.rows), i = rows.indexOf(row), j = cell.cellIndex;
    while ((i += step[0], j += step[1], i >= 0 && i < rows.length && j >= 0)) {
      if (j >= rows[i].cells.length) { if (step[1]) break; continue; }
      var next = rows[i].cells[j];
      if (next.hasAttribute('data-n')) {
        cell.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
        break;
      }
    }
  });
  var seen = [];
  cells.forEach(function (cell) {
    var table = cell.closest('table');
    cell.tabIndex = seen.indexOf(table) < 0 ? 0 : -1;
    if (cell.tabIndex === 0) seen.push(table);
  });
}());
