// Asks for a token when the service wants one, and forgets it on demand.

import { Problem, self, token } from "./api.js";
import { form } from "./dialog.js";
import { $, el, fill, say } from "./dom.js";
import { emit, listen } from "./state.js";

/** Begins to ask whenever the service refuses. */
export const mount = () => {
  listen("link", ({ state }) => state === "refused" && ask());
  listen("sign", ask);
  // The role may have changed.
  listen("problem", ({ status }) => status === 403 && self().catch(() => undefined));
};

/** Takes a token or forgets the present one, and asks again if the service refuses. Emits `entered`. */
export const enter = async value => {
  token.set(value);
  try {
    await self();
    $("#token-dialog").close();
    say("");
    emit("entered");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.status === 401) ask();
  }
};

const ask = () => {
  const dialog = $("#token-dialog");
  fill(dialog,
    el("h2", { text: "A token is needed", attributes: { id: "token-dialog-title" } }),
    el("p", { text: "The service answers only with a token. It is kept in this tab until you close it or sign out." }),
    token.get() && el("p", { class: "fault", text: "The service does not know this token." }),
    form("Token", { type: "password", autocomplete: "off" }, "Sign in", enter));
  if (!dialog.open) dialog.showModal();
  $("input", dialog).focus();
};
