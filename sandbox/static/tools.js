// What a guest can do besides writing: answer, react, edit, take back, attach, record.
"use strict";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
// As Meta takes them; what fits none of these goes as a document.
const KINDS = [
  ["image", /^image\/(jpeg|png)$/],
  ["sticker", /^image\/webp$/],
  ["video", /^video\/(mp4|3gpp)$/],
  ["audio", /^audio\//],
];
const VOICE_TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus"];

function showSheet(title, rows) {
  $("sheet-title").textContent = title;
  $("sheet-rows").replaceChildren(...rows);
  $("sheet").showModal();
}

// List of choices
function openSheet(title, sections, choose) {
  const rows = sections.flatMap((section) => {
    const heading = section.title ? [element("h3", "", section.title)] : [];
    return heading.concat(section.rows.map((row) => option(row, choose)));
  });
  showSheet(title, rows);
}

function option(row, choose) {
  const made = element("button", "option", row.title);
  made.type = "button";
  if (row.description) made.append(element("small", "", row.description));
  made.addEventListener("click", () => {
    $("sheet").close();
    choose(row);
  });
  return made;
}

// One message
function openTools(message) {
  const emoji = element("div", "emoji");
  for (const one of EMOJI) {
    const made = button(one, () => react(message, one));
    made.setAttribute("aria-label", `${words.react} ${one}`);
    emoji.append(made);
  }
  const actions = [{ title: words.reply_to, act: () => answerTo(message) }, { title: words.unreact, act: () => react(message, "") }];
  if (message.by === "guest") {
    if (message.content.type === "text") actions.push({ title: words.edit, act: () => edit(message) });
    actions.push({ title: words.revoke, act: () => send({ type: "revoke", revoke: { original_message_id: message.wamid } }) });
  }
  showSheet(words.actions, [emoji, ...actions.map((one) => option(one, one.act))]);
}

function react(message, emoji) {
  $("sheet").close();
  send({ type: "reaction", message_id: message.wamid, emoji });
}

function answerTo(message) {
  phone.answering = { wamid: message.wamid };
  showNote(`${words.reply_to}: ${phone.shown.get(message.wamid) || ""}`);
}

function edit(message) {
  phone.answering = { edits: message.wamid };
  $("message").value = message.content.text.body;
  showNote(words.edit);
}

function showNote(text) {
  $("note-text").textContent = text;
  $("note").hidden = !text;
  $("message").focus();
}

function forgetNote() {
  phone.answering = null;
  $("note").hidden = true;
}

// What the composer's text becomes: a message, an answer to one, or an edit.
function written(text) {
  const { wamid, edits } = phone.answering || {};
  if (edits) return { type: "edit", edit: { original_message_id: edits, message: { type: "text", text: { body: text } } } };
  return wamid ? { text, context: { message_id: wamid } } : { text };
}

// A form is filled in elsewhere; here its answer is written as it would come.
function fillForm(title, wamid, token) {
  const field = textField(words.form_answer, "sim");
  const go = option({ title: words.send }, () => {
    const response = { flow_token: token || "unused", answer: field.querySelector("input").value };
    phone.reply({ nfm_reply: { name: "flow", body: words.form_sent, response_json: JSON.stringify(response) } }, wamid);
  });
  showSheet(title, [field, go]);
}

function textField(label, value) {
  const made = element("label", "field field--sheet", label);
  const input = element("input");
  input.value = value;
  made.append(input);
  return made;
}

// Attachments
function toggleMenu(isOpen) {
  $("attach-menu").hidden = !isOpen;
  $("attach").setAttribute("aria-expanded", String(isOpen));
  if (isOpen) $("attach-menu").querySelector("button:not([hidden])").focus();
}

function moveInMenu(event) {
  const items = [...$("attach-menu").querySelectorAll("button:not([hidden])")];
  const place = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    items[(place + step + items.length) % items.length].focus();
  } else if (event.key === "Escape") {
    toggleMenu(false);
    $("attach").focus();
  }
}

function attachClicked(event) {
  const { kind, act } = event.target.dataset;
  if (!kind && !act) return;
  toggleMenu(false);
  $("message").focus();
  if (act === "file") $("file").click();
  else if (act === "record") record();
  else if (kind === "location") askPlace();
  else if (kind === "contacts") askContact();
  else send({ type: kind });
}

function askPlace() {
  const fields = [textField(words.place_name, "Avenida Paulista"), textField(words.latitude, "-23.5614"), textField(words.longitude, "-46.6559")];
  const go = option({ title: words.send }, () => {
    const [name, latitude, longitude] = fields.map((field) => field.querySelector("input").value);
    send({ location: { name, latitude: Number(latitude), longitude: Number(longitude) } });
  });
  showSheet(words.attach_location, [...fields, go]);
}

function askContact() {
  const fields = [textField(words.guest_name, "João Lima"), textField(words.guest_phone, "+55 11 91234-5678")];
  const go = option({ title: words.send }, () => {
    const [name, number] = fields.map((field) => field.querySelector("input").value);
    const digits = number.replace(/[^0-9]/g, "");
    send({ contacts: [{ name: { formatted_name: name, first_name: name.split(" ")[0] }, phones: [{ phone: number, wa_id: digits, type: "CELL" }] }] });
  });
  showSheet(words.attach_contact, [...fields, go]);
}

async function sendFile(file, more = {}) {
  const type = file.type || "application/octet-stream";
  const kind = (KINDS.find(([, fits]) => fits.test(type)) || ["document"])[0];
  const where = new URLSearchParams({ phone_number_id: $("salon").value, filename: file.name || "" });
  const request = { method: "POST", headers: { "Content-Type": type }, body: file };
  const answer = await fetch(`/_sandbox/media?${where}`, request).catch(() => null);
  if (!answer?.ok) return showProblem(words.not_sent);
  const caption = kind === "audio" || kind === "sticker" ? "" : $("message").value.trim();
  if (caption) $("message").value = "";
  const { media: id } = await answer.json();
  return send({ type: kind, media: id, ...(caption ? { caption } : {}), ...more });
}

// Voice
function voiceType() {
  if (!window.MediaRecorder || !navigator.mediaDevices) return "";
  return VOICE_TYPES.find((type) => MediaRecorder.isTypeSupported(type)) || "";
}

async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
  if (!stream) return showProblem(words.no_microphone);
  const recorder = new MediaRecorder(stream, { mimeType: voiceType() });
  const pieces = [];
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    stream.getTracks().forEach((track) => track.stop());
    if (recorder.wanted) sendFile(new Blob(pieces, { type: recorder.mimeType }), { voice: true });
  });
  const stop = option({ title: words.stop_recording }, () => {
    recorder.wanted = true;
    recorder.stop();
  });
  showSheet(words.recording, [stop]);
  $("sheet").addEventListener("close", () => recorder.state !== "inactive" && recorder.stop(), { once: true });
  return recorder.start();
}

// The salon's own menu
function openSalonMenu() {
  const prefer = (value) => async () => {
    const wish = { form: "user_preferences", phone_number_id: $("salon").value, value, ...sender() };
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wish) };
    const answer = await fetch("/_sandbox/webhook", request).catch(() => null);
    showProblem(answer?.ok ? "" : words.not_sent);
  };
  const rows = [
    { title: words.stop_offers, description: words.stop_offers_help, act: prefer("stop") },
    { title: words.resume_offers, act: prefer("resume") },
  ];
  showSheet(phone.salonName(), rows.map((row) => option(row, row.act)));
}
