// When the connection, the session or an answer is lost: say so where the reader looks, and keep what they typed.
const place = document.getElementById("connection");
const tell = (text, level) => document.dispatchEvent(new CustomEvent("toast", { detail: { text, level } }));

const show = (id) => {
  if (place.querySelector(`[data-of=${id}]`)) return;
  const banner = document.getElementById(id).content.firstElementChild.cloneNode(true);
  banner.dataset.of = id;
  place.append(banner);
};

const hide = (id) => place.querySelector(`[data-of=${id}]`)?.remove();

addEventListener("offline", () => show("offline"));
addEventListener("online", () => {
  hide("offline");
  tell(place.dataset.back, "info");
});
if (!navigator.onLine) show("offline");

// Sent now, a form would leave the page for the browser's own error, and its words with it.
document.addEventListener(
  "submit",
  (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation();
    tell(place.dataset.unsent, "warning");
  },
  true,
);

// 401 is the server's word for a script whose reader is not logged in any more, and this header for one who may only read;
// any script of ours may hear it first.
const readOnly = (header) => header === "read-only";
let refusedAt = -Infinity;
const refuse = () => {
  // Once for all that a page tries while the first word of it stands there.
  if (performance.now() - refusedAt < 7000) return;
  refusedAt = performance.now();
  const { readOnly: text, billing: url, toBilling } = place.dataset;
  document.dispatchEvent(
    new CustomEvent("toast", { detail: { text, level: "warning", link: { text: toBilling, url } } }),
  );
};
const ask = window.fetch;
window.fetch = async (...order) => {
  const answer = await ask(...order);
  if (answer.status === 401) show("logged-out");
  else if (readOnly(answer.headers.get("Account-Access"))) refuse();
  else if (answer.ok) hide("logged-out");
  return answer;
};

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) show("logged-out");
  else if (readOnly(xhr.getResponseHeader("Account-Access"))) refuse();
  else tell(place.dataset.failed, "error");
});

document.addEventListener("htmx:sendError", () => {
  if (navigator.onLine) tell(place.dataset.failed, "error");
});

// Logged in again in the tab beside: the banner has done its work.
addEventListener("focus", async () => {
  if (place.querySelector("[data-of=logged-out]")) await fetch(place.dataset.alive, { method: "HEAD" });
});
