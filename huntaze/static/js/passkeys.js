// Passkeys: a form with data-passkey="create" or "get" asks the device first, and is sent with what it answers.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }));

const creation = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  user: { ...options.user, id: bytes(options.user.id) },
  excludeCredentials: named(options.excludeCredentials),
  // A key that the device can offer by itself, behind finger, face or PIN: it logs in without a password.
  authenticatorSelection: {
    ...options.authenticatorSelection,
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  },
});

const request = (options) => ({
  ...options,
  challenge: bytes(options.challenge),
  allowCredentials: named(options.allowCredentials),
});

const written = (credential) => ({
  type: credential.type,
  id: credential.id,
  rawId: text(credential.rawId),
  authenticatorAttachment: credential.authenticatorAttachment,
  clientExtensionResults: credential.getClientExtensionResults(),
  response: Object.fromEntries(
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((name) => credential.response[name])
      .map((name) => [name, text(credential.response[name])]),
  ),
});

const asked = async (form) => {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new TypeError(answer.statusText);
  return (await answer.json()).request_options;
};

const trouble = (form, kind) => {
  const line = form.querySelector("[data-passkey-trouble]");
  line.textContent = kind ? line.dataset[kind] : "";
  line.hidden = !kind;
};

const kindOf = (error) => {
  if (error instanceof TypeError) return "failed";
  return error.name === "SecurityError" ? "address" : "cancelled";
};

const send = async (form, button) => {
  trouble(form, "");
  if (!window.PublicKeyCredential) return trouble(form, "unsupported");
  button?.setAttribute("aria-busy", "true");
  try {
    const { publicKey } = await asked(form);
    const credential =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: creation(publicKey) })
        : await navigator.credentials.get({ publicKey: request(publicKey) });
    form.elements.credential.value = JSON.stringify(written(credential));
    form.submit();
  } catch (error) {
    button?.removeAttribute("aria-busy");
    trouble(form, kindOf(error));
  }
};

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}
