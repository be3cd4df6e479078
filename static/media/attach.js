// Files in the inbox: choose, drop, paste or record one, see it go up, send it with the message; look at a picture large.
(() => {
  const MB = 1024 * 1024;
  // WHATSAPP.md §3; the server judges by the bytes, this only saves the way there.
  const MOST = [[/^image\//, 5 * MB], [/^(audio|video)\//, 16 * MB], [/./, 100 * MB]];
  const SHRUNK = /^image\/(jpeg|png|webp)$/;
  const LARGEST_EDGE = 4096;
  const LONGEST_RECORDING_MS = 15 * 60 * 1000;
  // What WhatsApp takes as it is, or what the server can put into the right box without touching the sound.
  const RECORDED_AS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

  const here = () => document.querySelector("#composer [data-attach]");
  const words = (name) => here().dataset[`words${name}`];
  const textField = () => document.getElementById("composer-text");

  // One file at a time: going up, ready, or refused. A composer that was drawn anew begins without.
  let current = null;

  function shown(template) {
    const part = here().querySelector(`template[${template}]`).content.firstElementChild.cloneNode(true);
    const area = here().querySelector("[data-attach-area]");
    const talk = document.querySelector("[data-scroll-end]");
    const wasAtEnd = talk && talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
    area.replaceChildren(part);
    // The composer has grown: who saw the newest message still sees it.
    if (wasAtEnd) talk.scrollTop = talk.scrollHeight;
    return part;
  }

  function say(part, text, { bad = false } = {}) {
    part.querySelector(".attach__state").textContent = text;
    part.classList.toggle("attach__file--bad", bad);
  }

  function begin(file, { voice = false } = {}) {
    if (!here()) return;
    if (current) { if (current.part) say(current.part, words("OnlyOne"), { bad: true }); return; }
    const part = shown("data-attach-shown");
    part.querySelector(".attach__name").textContent = file.name;
    part.querySelector(".attach__sign").textContent = (file.name.split(".").pop() ?? "").slice(0, 5).toUpperCase();
    current = { part, form: here().closest("form"), state: "going", wantsToGo: false, voice };
    // A message may be a file alone.
    textField()?.removeAttribute("required");
    upload(current, file);
  }

  // A file that the salon keeps (of a canned reply) need not go up.
  document.addEventListener("attach:kept", ({ detail }) => {
    if (!here() || !detail) return;
    if (current) { if (current.part) say(current.part, words("OnlyOne"), { bad: true }); return; }
    const part = shown("data-attach-shown");
    current = { part, form: here().closest("form"), state: "going", wantsToGo: false };
    textField()?.removeAttribute("required");
    done(current, detail);
  });

  async function upload(one, given) {
    const file = await fitting(given);
    if (one !== current) return;
    if (!file) { fail(one, words("TooLarge")); return; }
    say(one.part, words("Uploading").replace("{name}", "").trim());
    const request = new XMLHttpRequest();
    one.request = request;
    request.open("POST", here().dataset.upload + (one.voice ? "&kind=audio&voice=1" : ""));
    request.setRequestHeader("X-CSRFToken", one.form.querySelector("[name=csrfmiddlewaretoken]").value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) one.part.querySelector("progress").value = event.loaded / event.total;
    });
    request.addEventListener("load", () => {
      if (one !== current) return;
      if (request.status === 201 && request.response) done(one, request.response);
      else fail(one, request.response?.text || words("Failed"));
    });
    request.addEventListener("error", () => fail(one, words("Failed")));
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  }

  function done(one, media) {
    one.state = "ready";
    one.media = media;
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = "media";
    input.value = media.id;
    one.part.append(input);
    one.part.querySelector("progress").remove();
    one.part.querySelector(".attach__name").textContent = media.is_voice ? words("Voice") : media.name || media.kind_words;
    say(one.part, words("Ready").replace("{name}", media.is_voice ? words("Voice") : media.kind_words));
    one.part.querySelector(".attach__sign").textContent = (media.mime_type.split("/")[1] ?? "").slice(0, 4).toUpperCase();
    if (media.mime_type.startsWith("audio/")) {
      // One hears it before it goes.
      const player = document.createElement("audio");
      player.className = "attach__player";
      player.controls = true;
      player.src = media.url;
      one.part.querySelector(".attach__words").append(player);
    }
    if (media.thumb) {
      const picture = document.createElement("img");
      picture.src = media.thumb;
      picture.alt = "";
      one.part.querySelector(".attach__sign").replaceChildren(picture);
    }
    if (one.wantsToGo) { one.form.requestSubmit(); return; }
    textField()?.focus();
    tell();
  }

  function fail(one, text) {
    if (one !== current) return;
    one.state = "failed";
    one.part.querySelector("progress")?.remove();
    say(one.part, text, { bad: true });
  }

  // The draft takes note of a file as of words.
  const tell = () => document.dispatchEvent(new CustomEvent("attach:changed"));

  function drop() {
    const one = current;
    current = null;
    one?.request?.abort();
    one?.recorder?.discard();
    if (one?.media?.discard) fetch(one.media.discard, { method: "POST", headers: { "X-CSRFToken": tokenOf(one.form) } }).catch(() => {});
    here()?.querySelector("[data-attach-area]").replaceChildren();
    const field = textField();
    field?.setAttribute("required", "");
    field?.focus();
    tell();
  }

  const tokenOf = (form) => form.querySelector("[name=csrfmiddlewaretoken]").value;

  // A photo of a good camera is larger than WhatsApp takes; smaller it loses nothing that a phone would show.
  async function fitting(file) {
    const most = MOST.find(([kind]) => kind.test(file.type || "x"))[1];
    if (file.size <= most) return file;
    if (!SHRUNK.test(file.type)) return null;
    try {
      const image = await createImageBitmap(file);
      const scale = Math.min(1, LARGEST_EDGE / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.9, 0.75, 0.6]) {
        const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", quality); });
        if (blob && blob.size <= most) return new File([blob], `${file.name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" });
      }
    } catch { /* no picture that this browser reads: then the server would not take it either */ }
    return null;
  }

  // --- a voice message ---------------------------------------------------------------------------------------------

  async function record() {
    if (current) return;
    const type = RECORDED_AS.find((one) => window.MediaRecorder?.isTypeSupported(one));
    const part = shown("data-attach-recording");
    current = { part, form: here().closest("form"), state: "recording" };
    const one = current;
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } });
    } catch (error) {
      drop();
      const why = error.name === "NotAllowedError" ? "MicrophoneDenied" : "NoMicrophone";
      document.dispatchEvent(new CustomEvent("toast", { detail: { text: words(why), kind: "danger" } }));
      return;
    }
    if (one !== current) { for (const track of stream.getTracks()) track.stop(); return; }
    const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 });
    const pieces = [];
    let isWanted = true;
    const began = Date.now();
    const clock = setInterval(() => {
      const seconds = Math.floor((Date.now() - began) / 1000);
      part.querySelector(".attach__time").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      if (Date.now() - began > LONGEST_RECORDING_MS) recorder.stop();
    }, 250);
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(clock);
      for (const track of stream.getTracks()) track.stop();
      if (!isWanted || one !== current) return;
      current = null;
      const ending = type.includes("ogg") ? "ogg" : type.includes("webm") ? "webm" : "m4a";
      begin(new File(pieces, `voice.${ending}`, { type: type.split(";")[0] }), { voice: true });
    });
    one.recorder = {
      finish: () => recorder.stop(),
      discard: () => { isWanted = false; if (recorder.state !== "inactive") recorder.stop(); },
    };
    recorder.start(1000);
    part.querySelector("[data-attach-stop]").focus();
  }

  function look() {
    if (current && !document.contains(current.part)) {
      // The composer was drawn anew: what was sent is gone from it, what was going up is stopped.
      current.request?.abort();
      current.recorder?.discard();
      current = null;
    }
    const button = here()?.querySelector("[data-attach-record]");
    if (button) button.hidden = !(navigator.mediaDevices?.getUserMedia && RECORDED_AS.some((one) => window.MediaRecorder?.isTypeSupported(one)));
    const kept = here()?.querySelector("[data-attach-kept]");
    if (kept && !current) {
      // A draft that was not sent comes back with its file.
      textField()?.removeAttribute("required");
      current = { part: kept, form: here().closest("form"), state: "ready", media: { discard: kept.dataset.discard } };
    }
  }

  // --- what people do ----------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const { target } = event;
    if (target.closest("[data-attach-choose]")) document.getElementById("attach-file").click();
    else if (target.closest("[data-attach-record]")) record();
    else if (target.closest("[data-attach-stop]")) current?.recorder?.finish();
    else if (target.closest("[data-attach-drop]")) drop();
    const link = target.closest("[data-media-large]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); large(link); }
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id !== "attach-file" || !target.files.length) return;
    begin(target.files[0]);
    target.value = "";
  });

  document.addEventListener("paste", (event) => {
    if (event.target.id !== "composer-text" || !event.clipboardData.files.length) return;
    event.preventDefault();
    begin(event.clipboardData.files[0]);
  });

  const hasFiles = (event) => here() && [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.getElementById("composer").classList.add("composer--over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.getElementById("composer")?.classList.remove("composer--over");
  });
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    document.getElementById("composer").classList.remove("composer--over");
    if (event.dataTransfer.files.length) begin(event.dataTransfer.files[0]);
  });

  // Who presses "send" before the file is there need not press again; what failed does not go by accident.
  document.addEventListener("htmx:confirm", (event) => {
    if (event.target.id !== "composer" || !current) return;
    if (current.state === "ready") return;
    event.preventDefault();
    if (current.state === "going") current.wantsToGo = true;
    if (current.state === "recording") current.recorder?.finish();
  });

  document.addEventListener("DOMContentLoaded", look);
  document.addEventListener("htmx:load", look);

  // --- a picture, large ----------------------------------------------------------------------------------------------

  function large(link) {
    const dialog = document.createElement("dialog");
    dialog.className = "media-large";
    const picture = document.createElement("img");
    picture.src = link.href;
    picture.alt = link.querySelector("img").alt;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-icon";
    close.textContent = "×";
    close.setAttribute("aria-label", document.getElementById("toasts").dataset.close);
    dialog.append(picture, close);
    dialog.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
    document.body.append(dialog);
    dialog.showModal();
  }
})();
