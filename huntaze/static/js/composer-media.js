// The media of a draft: chosen in a drawer, put in order and described in place.
import { form, save } from "./composer-save.js";
import { told } from "./composer-view.js";

const sheet = document.getElementById("media-sheet");
const place = document.getElementById("media-place");
const asScript = { "X-Composer": "yes" };

const choose = async () => {
  if (!(await save({ empty: true }))) return;
  const answer = await fetch(form.dataset.media, { headers: asScript });
  if (!answer.ok) return;
  place.innerHTML = await answer.text();
  sheet.showModal();
};

const send = async (sent, submitter) => {
  const answer = await fetch(sent.action, { method: "POST", body: new FormData(sent, submitter), headers: asScript });
  if (!answer.ok) return;
  const changed = await answer.json();
  sheet.close();
  document.getElementById("attached").outerHTML = changed.html;
  document.querySelectorAll("[data-preview-media]").forEach((each) => (each.innerHTML = changed.preview));
  told(changed);
  document.getElementById("attached").focus({ preventScroll: true });
};

export const start = () => {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose-media]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-attached]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
};
