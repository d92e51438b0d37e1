// What every page needs: themes, copying, toasts, counters, busy forms, and the browser's time zone at sign-up.
const root = document.documentElement;
const fade = (card) => {
  let timer;
  const start = () => (timer = setTimeout(() => card.remove(), 7000));
  for (const name of ["pointerenter", "focusin"]) card.addEventListener(name, () => clearTimeout(timer));
  for (const name of ["pointerleave", "focusout"]) card.addEventListener(name, start);
  start();
};

document.querySelectorAll("#toasts [data-toast]").forEach(fade);

// Any script, and any answer with an HX-Trigger header, shows a toast by the event `toast`: {text, level, undo, link}, where
// `undo` is the path that takes the act back, and `link` {text, url} leads on. A script that takes its own act back hands
// in a function as `undo`.
document.addEventListener("toast", ({ detail }) => {
  const template = document.getElementById(`toast-${detail.level ?? "success"}`);
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.querySelector("[data-toast-text]").textContent = detail.text;
  const undo = toast.querySelector("[data-undo]");
  if (typeof detail.undo === "function") {
    const button = undo.querySelector("button");
    button.type = "button";
    button.addEventListener("click", () => {
      toast.remove();
      detail.undo();
    });
  } else if (detail.undo) undo.action = detail.undo;
  else undo.remove();
  const link = toast.querySelector("[data-toast-link]");
  if (detail.link) {
    link.href = detail.link.url;
    link.textContent = detail.link.text;
  } else link.remove();
  document.getElementById("toasts").append(toast);
  fade(toast);
});

document.addEventListener("click", async (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest("[data-toast]").remove();

  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const source = document.getElementById(copy.dataset.copy);
  const label = copy.querySelector("span");
  const before = copy.dataset.label ?? (copy.dataset.label = label.textContent);
  try {
    await navigator.clipboard.writeText("value" in source ? source.value : source.textContent);
    label.textContent = copy.dataset.done;
    copy.setAttribute("aria-live", "polite");
    setTimeout(() => (label.textContent = before), 1800);
  } catch {
    // No permission: select the text, so that the keyboard can copy it.
    if ("select" in source) source.select();
    else getSelection().selectAllChildren(source);
  }
});

// The browser's own bar: one colour for each scheme of the device, or for both the one that was chosen.
const COLOURS = { light: "#f7f6f4", dark: "#111114" };
const colour = (theme) => {
  for (const meta of document.querySelectorAll("meta[name=theme-color]")) {
    meta.content = COLOURS[theme] ?? COLOURS[meta.media.includes("dark") ? "dark" : "light"];
  }
};

// The theme changes at once; the server hears of it in the background.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.matches("[data-theme-switch]") && button) {
    event.preventDefault();
    root.dataset.theme = button.value;
    colour(button.value);
    document.querySelectorAll("[data-theme-switch] button").forEach((each) => {
      each.setAttribute("aria-pressed", String(each.value === button.value));
    });
    await fetch(form.action, { method: "POST", body: new FormData(form, button), redirect: "manual" });
  } else if (form.matches("[data-busy]") && !event.defaultPrevented) {
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    (button ?? form.querySelector("button"))?.setAttribute("aria-busy", "true");
  }
});

const keep = (name, value) => {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
};

document.addEventListener("click", (event) => {
  const fold = event.target.closest("#fold");
  if (fold) {
    const folded = document.getElementById("app").classList.toggle("app-folded");
    fold.setAttribute("aria-expanded", String(!folded));
    keep("sidebar", folded ? "folded" : "wide");
  }
  const away = event.target.closest("[data-put-away]");
  if (away) {
    keep("notice", away.dataset.putAway);
    away.closest(".notice").remove();
  }
});

// A page that comes back from the browser's memory is not busy any more.
addEventListener("pageshow", () => {
  document.querySelectorAll("[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});

const numbers = new Intl.NumberFormat(root.lang);
document.querySelectorAll("[data-counter-of]").forEach((counter) => {
  const field = document.getElementById(counter.dataset.counterOf);
  const count = () => {
    const used = field.value.length;
    counter.textContent = `${numbers.format(used)} / ${numbers.format(field.maxLength)}`;
    counter.hidden = used < Number(counter.dataset.counterFrom ?? 0);
  };
  field.addEventListener("input", count);
  count();
});

// Browsers without `field-sizing` grow the text by hand.
if (!CSS.supports("field-sizing", "content")) {
  document.querySelectorAll("textarea").forEach((area) => {
    const grow = () => {
      area.style.height = "auto";
      area.style.height = `${area.scrollHeight}px`;
    };
    area.addEventListener("input", grow);
    grow();
  });
}

const zone = document.querySelector("[data-time-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

const wrong = document.querySelector("[aria-invalid=true]");
const first = document.querySelector(".entrance input:not([type=hidden])");
if (wrong) wrong.focus();
else if (first && matchMedia("(pointer: fine)").matches) first.focus();
