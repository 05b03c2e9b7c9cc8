// Elements are made here and nowhere else: text goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

// el makes an element. Attributes that are false or null are left out; children are nodes or strings.
export function el(tag, attrs, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

// person wraps somebody's words: their direction stays their own and cannot turn what stands beside them.
export const person = (tag, cls, text) => el(tag, { class: cls, dir: "auto" }, el("bdi", { class: "isolate" }, text));

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((c) => c !== null && c !== undefined));
}

// typing tells whether a key belongs to a field and not to us.
export const typing = (target) => target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
