export const byId = id => document.getElementById(id);

/** An element with properties and children; children that are strings become text. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties))
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Writes only what differs, so that a selection and a screen reader's place survive a cut. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function mark(node, name, value) {
  if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

const made = new WeakMap();

/** Makes the children of `parent` (those after `after`) these items, in this order; the element of a key that stays stays. */
export function keep(parent, items, { after, key, make, update }) {
  const old = made.get(parent) ?? new Map();
  const now = new Map();
  const focused = document.activeElement;
  let at = after ? after.nextSibling : parent.firstChild;
  for (const item of items) {
    const id = key(item);
    const node = old.get(id) ?? make(item);
    now.set(id, node);
    update(node, item);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  for (const [id, node] of old) if (!now.has(id)) node.remove();
  made.set(parent, now);
  if (focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

/** A list of plain facts: name and value. */
export function facts(list, entries) {
  keep(list, entries, {
    key: ([name]) => name,
    make: ([name]) => element('div', {}, element('dt', {}, name), element('dd')),
    update: (node, [, value]) => say(node.lastChild, value),
  });
}

/** More lines than this push everything else off a wallboard. */
const LINES_MAX = 6;

/** A list of lines, or one line that says why there is none. */
export function lines(list, entries, empty) {
  const quiet = (name, value = '') => ({ name, value, className: 'none' });
  const shown = entries.length > 0 ? entries.slice(0, LINES_MAX) : [quiet(empty)];
  if (entries.length > LINES_MAX) shown.push(quiet('and more', String(entries.length - LINES_MAX)));
  keep(list, shown, {
    key: ({ name }) => name,
    make: ({ className = '', name }) => element('li', { className }, element('span', {}, name), element('b')),
    update: (node, { value }) => say(node.lastChild, value),
  });
}
