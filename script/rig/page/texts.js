// What the page says, in the demo's language.

const TEXTS = {
  en: {
    title: "Boards on stage",
    intro: "These boards run on this computer, beside",
    props: "Props", machines: "Machines",
    props_intro: "They run their real firmware. Let somebody walk past here, or press Trigger in Home Assistant and watch.",
    machines_intro: "Hold somebody's card to a machine's reader, and look at what Home Assistant makes of it.",
    walk: "Somebody walks past", track_end: "Track ends",
    unplug: "Pull network plug", plug: "Plug network in", cut: "Cut power", switch_on: "Switch power on",
    dark: "no power", on: "on", off: "off", high: "high", low: "low", pin: "pin", player: "player",
    network: "network", memory: "memory", missing: "missing", volume: "volume", track: "track", display: "Display",
    silent: "The demo does not answer", stopped: "The demo has been stopped. Start it again with script/demo.",
    relay_on: "The machine has power", relay_off: "The machine has no power", in_use: "in use", free: "free",
    reader: "Card reader", idle: "Whose card?", hold: "Hold the card for 10 seconds",
    holding: "on the reader …", gate: "Atelier's own board, with its real firmware",
    fabomatic: "A Fab-O-matic board, as it speaks on the wire", unknown: "Unknown card", unknown_note: "nobody's",
  },
  it: {
    title: "Schede in scena",
    intro: "Queste schede girano su questo computer, accanto a",
    props: "Automi", machines: "Macchine",
    props_intro: "Eseguono il loro vero firmware. Fai passare qualcuno qui, o premi Attiva in Home Assistant e guarda.",
    machines_intro: "Avvicina la tessera di qualcuno al lettore di una macchina, e guarda che cosa ne fa Home Assistant.",
    walk: "Passa qualcuno", track_end: "La traccia finisce",
    unplug: "Stacca la rete", plug: "Ricollega la rete", cut: "Togli corrente", switch_on: "Ridai corrente",
    dark: "senza corrente", on: "acceso", off: "spento", high: "alto", low: "basso", pin: "pin", player: "lettore",
    network: "rete", memory: "memoria", missing: "assente", volume: "volume", track: "traccia", display: "Schermo",
    silent: "La demo non risponde", stopped: "La demo è stata fermata. Riavviala con script/demo.",
    relay_on: "La macchina ha corrente", relay_off: "La macchina non ha corrente", in_use: "in uso", free: "libera",
    reader: "Lettore di tessere", idle: "La tessera di chi?", hold: "Tieni la tessera per 10 secondi",
    holding: "sul lettore …", gate: "La scheda di Atelier, con il suo vero firmware",
    fabomatic: "Una scheda Fab-O-matic, così come parla in rete", unknown: "Tessera ignota", unknown_note: "di nessuno",
  },
};

export const text = TEXTS[document.documentElement.lang] || TEXTS.en;

/** Fill in every element below `root` that names a text. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text[element.dataset.text];
}
