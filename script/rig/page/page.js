// Look at everything four times a second, and draw it.

import { showBoards } from "./boards.js";
import { showMachines } from "./machines.js";
import { text, translate } from "./texts.js";

document.title = text.title;
translate(document);
const status = document.getElementById("status");

async function fetched(path) {
  return (await fetch(path)).json();
}

async function look() {
  try {
    const [boards, makerspace] = await Promise.all([fetched("/api/boards"), fetched("/api/machines")]);
    showBoards(boards);
    showMachines(makerspace);
    status.textContent = "";
  } catch {
    status.textContent = text.stopped;
  }
}

async function watch() {
  for (;;) {
    if (!document.hidden) await look();
    await new Promise((done) => setTimeout(done, 250));
  }
}
watch();
