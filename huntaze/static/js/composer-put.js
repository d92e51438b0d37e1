// Puts what a model wrote into the text that it was written for, and takes it back.
import { apply, field, form, save, state } from "./composer-save.js";
import { area, chosen, customize, open, ownPlace, refresh } from "./composer-view.js";

const announcer = document.getElementById("announce");
const undoButton = document.getElementById("undo");
const done = [];
// Where the passage stood that a rewrite was asked for.
let selection = [0, 0];

export const aimed = (at) => (selection = at);

// The channel whose own text a version or a rewrite was written for; "" for the shared one.
export const belongs = (part) => {
  const where = part.closest("[data-channel]")?.dataset.channel ?? "";
  return where && chosen(where) ? where : "";
};

// Which of the versions is the text now.
export const mark = (body) => {
  for (const card of document.querySelectorAll(".variant")) {
    card.toggleAttribute("data-chosen", card.querySelector("[data-text]").textContent.trim() === body.trim());
  }
};

const remember = () => {
  done.push({ before: state(), after: null });
  undoButton.disabled = false;
};

const change = async (options, act) => {
  await save();
  remember();
  act();
  refresh();
  done.at(-1).after = JSON.stringify(state());
  await save(options);
};

export const undo = () => {
  const last = done.pop();
  undoButton.disabled = done.length === 0;
  if (!last) return;
  apply(last.before);
  announcer.textContent = form.dataset.undone;
  save();
};

export const canUndo = () => done.length > 0 && done.at(-1).after === JSON.stringify(state());

// Shows the text of a place, one of its own for a channel, and returns where it is typed.
const enter = (where) => {
  const text = where ? customize(where) : field("body");
  open(where || "all");
  return text;
};

export const accept = (section) => {
  const result = section.querySelector("[data-result]").value;
  const source = section.querySelector("[data-source]").value;
  const where = belongs(section);
  return change({ reason: "rewritten", variant: section.dataset.variant, where }, () => {
    const text = enter(where);
    const [from, to] = selection;
    let start = text.value.slice(from, to) === source ? from : text.value.indexOf(source);
    if (start < 0) {
      start = 0;
      text.value = result;
    } else {
      text.setRangeText(result, start, start + source.length);
    }
    section.remove();
    text.focus();
    text.setSelectionRange(start, start + result.length);
  });
};

export const add = (button) => {
  const section = button.closest("#suggestion");
  const where = belongs(section);
  const value = button.dataset.value;
  return change({ reason: "rewritten", variant: section.dataset.variant, where }, () => {
    const place = enter(where);
    if (button.dataset.add === "hooks") {
      place.value = `${value}\n\n${place.value}`;
    } else {
      const text = place.value.trimEnd();
      const last = text.split("\n").pop();
      const goesOn = /(^|\s)#\S+$/.test(last);
      place.value = `${text}${text ? (goesOn ? " " : "\n\n") : ""}#${value}`;
    }
    button.setAttribute("aria-pressed", "true");
    button.disabled = true;
  });
};

// A version of the shared text can be used for a channel too: where that says its own, and its tab is open.
const goal = (card) => belongs(card) || ownPlace();

export const use = (card) => {
  const where = goal(card);
  return change({ reason: "generated", variant: card.dataset.variant, where }, () => {
    const body = card.querySelector("[data-text]").textContent;
    const text = enter(where);
    text.value = body;
    const title = field(where ? `title-${where}` : "title");
    if (title && !title.value.trim()) title.value = titleOf(body);
    mark(body);
    text.focus({ preventScroll: true });
    text.closest(".draft").scrollIntoView({ block: "nearest", behavior: "smooth" });
  });
};

const titleOf = (body) => {
  const first = body.trim().split("\n")[0].trim();
  return first.length <= 80 ? first : `${first.slice(0, 80).replace(/\s+\S*$/, "").replace(/[\s,;:–-]+$/, "")}…`;
};

// What is the text already is only gone on with. The text is asked, not the card's mark: that is as old as the card.
export const rework = async (card) => {
  if (area(goal(card)).value !== card.querySelector("[data-text]").textContent) await use(card);
  const text = enter(goal(card));
  text.focus({ preventScroll: true });
  text.setSelectionRange(text.value.length, text.value.length);
  text.closest(".draft").scrollIntoView({ block: "nearest", behavior: "smooth" });
};

export const insert = (button) => {
  const card = button.closest("[data-variant]");
  const where = goal(card);
  return change({ reason: "generated", variant: card.dataset.variant, where }, () => {
    const text = enter(where);
    text.setRangeText(document.getElementById(button.dataset.insert).textContent, text.selectionStart, text.selectionEnd, "end");
    text.focus();
  });
};

export const start = () => undoButton.addEventListener("click", undo);
