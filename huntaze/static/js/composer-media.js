// The media of a draft: chosen in a dialog or uploaded there, put in order and described in place.
import { field, form, save } from "./composer-save.js";
import { told } from "./composer-view.js";
import { open } from "./media-picker.js";

const picker = document.getElementById("media-picker");
const asScript = { "X-Composer": "yes" };

const choose = async () => {
  if (await save({ empty: true })) open(picker);
};

const send = async (address, body) => {
  const answer = await fetch(address, { method: "POST", body, headers: asScript });
  if (!answer.ok) return;
  const changed = await answer.json();
  document.getElementById("attached").outerHTML = changed.html;
  document.querySelectorAll("[data-preview-media]").forEach((each) => (each.innerHTML = changed.preview));
  told(changed);
  document.getElementById("attached").focus({ preventScroll: true });
};

const add = ({ detail }) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
  body.set("do", "add");
  for (const asset of detail.assets) body.append("asset", asset.id);
  send(form.dataset.media, body);
};

export const start = () => {
  picker.addEventListener("picked", add);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose-media]");
    if (!button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose();
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-attached]")) return;
    event.preventDefault();
    send(event.target.action, new FormData(event.target, event.submitter));
  });
};
