// The composer: everything is saved as it is typed, and each key does what its button does.
import * as ai from "./composer-ai.js";
import * as history from "./composer-history.js";
import { changed, field, form, onSaved, save, start, unsaved } from "./composer-save.js";
import * as media from "./composer-media.js";
import * as plan from "./composer-plan.js";
import * as preview from "./composer-preview.js";
import * as put from "./composer-put.js";
import * as view from "./composer-view.js";

onSaved(view.told);
view.start();
ai.start();
history.start();
media.start();
plan.start();
preview.start();
put.start();

const heard = (event) => {
  if (event.target.form !== form) return;
  view.refresh();
  changed();
};
document.addEventListener("input", heard);
document.addEventListener("change", heard);
form.addEventListener("filled", changed);

// What was saved is sent once more, without a script in between: the server leads on.
const leaveFor = (what) => {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value: what }));
  form.submit();
};

const schedule = async (button) => {
  if (button.ariaBusy === "true") return;
  button.setAttribute("aria-busy", "true");
  try {
    if (await save({ asked: true, empty: true })) await plan.open();
  } catch {
    leaveFor("schedule");
  } finally {
    button.removeAttribute("aria-busy");
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter?.value === "write") ai.write(event.submitter);
  else if (event.submitter?.value === "schedule") schedule(event.submitter);
  else save({ asked: true });
});

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.altKey) return;
  const modified = event.ctrlKey || event.metaKey;
  if (event.key === "Escape" && !document.querySelector(":popover-open, dialog[open]")) {
    if (ai.stop()) event.preventDefault();
  } else if (!modified) {
    return;
  } else if (event.key === "Enter") {
    event.preventDefault();
    ai.write(document.getElementById("write"));
  } else if (event.key.toLowerCase() === "s") {
    event.preventDefault();
    save({ asked: true });
  } else if (event.key.toLowerCase() === "z" && !event.shiftKey && put.canUndo()) {
    event.preventDefault();
    put.undo();
  }
});

// What leads on from the draft takes its last words along.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-after-saving]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !unsaved()) return;
  event.preventDefault();
  if (await save({ asked: true })) location.assign(link.href);
});

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  for (const name of ["prompt", "tone", "length"]) field(name).value = example.dataset[name];
  document.querySelectorAll("[data-choose]").forEach((box) => (box.checked = box.value === example.dataset.channel));
  form.dispatchEvent(new CustomEvent("filled"));
  document.getElementById("brief").open = true;
  field("prompt").focus();
});

start();
if (!form.dataset.content && !unsaved() && matchMedia("(pointer: fine)").matches) field("prompt").focus();
