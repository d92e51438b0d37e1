// The dialog in which a draft gets its time: it comes from the server, tells of faults as channels change, and leaves the
// draft where it is. Without it, or when it cannot be had, the page of the same address does it.
import { field, form } from "./composer-save.js";
import { told } from "./composer-view.js";

const sheet = document.getElementById("plan-sheet");
const place = document.getElementById("plan-place");
const asPart = { "X-Requested-With": "fetch" };
let asked = 0;

const had = (answer) => answer.type !== "opaqueredirect" && (answer.ok || answer.status === 422);

export const open = async () => {
  const answer = await fetch(form.dataset.schedule, { headers: asPart, redirect: "manual" });
  if (!had(answer)) throw new Error(String(answer.status));
  place.innerHTML = await answer.text();
  if (!sheet.open) sheet.showModal();
  place.querySelector("[name=channels]:checked, [name=channels]")?.focus();
};

const send = (plan, how) => {
  const body = new FormData(plan);
  body.set("how", how);
  return fetch(plan.action, { method: "POST", body, headers: asPart, redirect: "manual" });
};

// Only what is told of the choice is put in anew: what is being typed, and the focus, stay.
const tell = async (plan, how) => {
  const turn = ++asked;
  const answer = await send(plan, how);
  if (!had(answer) || turn !== asked) return;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const told = place.querySelector("[data-plan-told]");
  const held = told.contains(document.activeElement);
  told.replaceWith(fresh.content.querySelector("[data-plan-told]"));
  if (held) place.querySelector(".plan-acts button").focus();
};

const scheduled = ({ text, undo, link, state, state_name: name, channels }) => {
  sheet.close();
  const badge = document.getElementById("post-state");
  if (badge) {
    badge.textContent = name;
    badge.hidden = state === "draft";
  }
  document.querySelectorAll("[data-choose]").forEach((box) => (box.checked = channels.includes(box.value)));
  form.dispatchEvent(new CustomEvent("filled"));
  document.dispatchEvent(new CustomEvent("toast", { detail: { text, undo, link } }));
  stands();
  field("body").focus({ preventScroll: true });
};

// When each channel has its time, beside its name.
const stands = async () => {
  const answer = await fetch(location.pathname, { headers: { "X-Composer": "yes" } });
  if (answer.ok) told(await answer.json());
};

const submit = async (plan, button) => {
  const how = button?.value || "at";
  if (how === "read") return tell(plan, how);
  button?.setAttribute("aria-busy", "true");
  const answer = await send(plan, how);
  button?.removeAttribute("aria-busy");
  if (!had(answer)) throw new Error(String(answer.status));
  if (answer.ok) return scheduled(await answer.json());
  place.innerHTML = await answer.text();
  const wrong = place.querySelector("[aria-invalid=true], [data-plan-told] button, [data-plan-told] a");
  (wrong ?? place.querySelector("[name=channels]"))?.focus();
};

export const start = () => {
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    // What cannot be said here is said by the page.
    submit(event.target, event.submitter).catch(() => location.assign(form.dataset.schedule));
  });
  place.addEventListener("change", (event) => {
    const plan = event.target.closest("form");
    if (plan) tell(plan, "look").catch(() => {});
  });
};
