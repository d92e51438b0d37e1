// The media of a draft: picked from the library, put in order and described in place.
import { field, form, save } from "./composer-save.js";
import { told } from "./composer-view.js";

const send = async (url, body) => {
  const answer = await fetch(url, { method: "POST", body, headers: { "X-Composer": "yes" }, redirect: "manual" });
  if (!answer.ok) return;
  const changed = await answer.json();
  document.getElementById("attached").outerHTML = changed.html;
  document.querySelectorAll("[data-preview-media]").forEach((each) => (each.innerHTML = changed.preview));
  told(changed);
  document.getElementById("attached").focus({ preventScroll: true });
};

export const start = () => {
  document.getElementById("media-sheet").addEventListener("picked", async ({ detail }) => {
    // A picture may be the first thing of a draft.
    if (!(await save({ empty: true }))) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", field("csrfmiddlewaretoken").value);
    body.set("do", "add");
    for (const asset of detail.assets) body.append("asset", asset.id);
    send(form.dataset.media, body);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-attached]")) return;
    event.preventDefault();
    send(event.target.action, new FormData(event.target, event.submitter));
  });
};
