// Asks for a token when the service wants one, and forgets it on demand.

import { self, token } from "./api.js";
import { $, el, fill } from "./dom.js";
import { form } from "./dialog.js";
import { emit, listen } from "./state.js";

/** Begins to ask whenever the service refuses. */
export const mount = () => listen("link", ({ state }) => {
  if (state === "refused") ask();
});

/** Forgets the token and asks for another. */
export const signOut = async () => {
  token.set(undefined);
  await enter();
};

const ask = () => {
  const dialog = $("#token-dialog");
  const wrong = token.get() !== undefined;
  const field = el("input", { attributes: { type: "password", autocomplete: "off", required: true, id: "token" } });
  fill(dialog,
    el("h2", { text: "A token is needed", attributes: { id: "token-title" } }),
    el("p", { text: "The service answers only with a token. It is kept in this tab until you close it or sign out." }),
    wrong && el("p", { class: "fault", text: "The service does not know this token.", attributes: { role: "alert" } }),
    form(() => {
      token.set(field.value.trim());
      enter();
    }, el("label", { attributes: { for: "token" }, text: "Token " }), field, " ",
    el("button", { text: "Sign in", attributes: { type: "submit" } })));
  if (!dialog.open) dialog.showModal();
  field.focus();
};

const enter = async () => {
  try {
    await self();
    $("#token-dialog").close();
    emit("entered");
  } catch (problem) {
    if (problem.status === 401) ask();
  }
};
