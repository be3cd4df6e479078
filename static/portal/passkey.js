// Passkeys: make one, or show one. Each form with data-passkey="create|get|login" has a button and a hidden field.
(() => {
  const json = window.webauthnJSON;
  const can = Boolean(json && json.supported());

  async function options(form) {
    if (form.dataset.passkey !== "login") {
      return JSON.parse(document.getElementById("passkey-options").textContent);
    }
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`passkey options: ${answer.status}`);
    return answer.json();
  }

  async function ask(form) {
    const given = await options(form);
    if (form.dataset.passkey !== "create") return json.get(given.request_options);
    // Kept on the device and opened by finger, face or PIN: then it is both factors at once.
    Object.assign(given.creation_options.publicKey.authenticatorSelection, {
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    });
    return json.create(given.creation_options);
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-passkey-go]");
    const error = form.querySelector("[data-passkey-error]");
    form.hidden = !can;
    button.disabled = !can;
    form.addEventListener("submit", (event) => {
      // By the Enter key in a field: first the device is asked.
      if (form.elements.credential.value) return;
      event.preventDefault();
      button.click();
    });
    button.addEventListener("click", async () => {
      button.disabled = true;
      error.hidden = true;
      error.classList.remove("d-block");
      try {
        form.elements.credential.value = JSON.stringify(await ask(form));
        form.submit();
      } catch (failure) {
        button.disabled = false;
        error.hidden = false;
        error.classList.add("d-block");
      }
    });
  }
})();
