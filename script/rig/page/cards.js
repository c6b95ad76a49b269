// What every board on the page has: a card of its own, buttons, and a line for what went wrong.

import { text, translate } from "./texts.js";

const elements = new Map();

/** Return a board's element; `make` is called with a fresh one of a template. */
export function element(template, id, name, list, make) {
  const key = `${template}/${id}`;
  let found = elements.get(key);
  if (!found) {
    found = document.getElementById(template).content.firstElementChild.cloneNode(true);
    translate(found);
    found.querySelector(".name").textContent = name;
    found.setAttribute("aria-label", name);
    make(found);
    elements.set(key, found);
    list.append(found);
    list.parentElement.hidden = false;
  }
  return found;
}

/** Do something to a board; what went wrong is shown at it. */
export async function act(found, path, body, button) {
  const trouble = found.querySelector(".trouble");
  button.disabled = true;
  try {
    const response = await fetch(path, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
    });
    trouble.textContent = response.ok ? "" : (await response.json()).error;
  } catch (error) {
    trouble.textContent = `${text.silent}: ${error.message}`;
  }
  button.disabled = false;
}

/** Show what went wrong while a board was looked at, until it goes well again. */
export function seen(found, error) {
  const trouble = found.querySelector(".trouble");
  if (error) trouble.textContent = error;
  else if (found.seenError === trouble.textContent) trouble.textContent = "";
  found.seenError = error;
}
