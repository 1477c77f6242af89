// The names of the driver with their meanings, read once.

import { call } from "./api.js";

let terms;

/** The vocabulary. */
export const vocabulary = async () => {
  terms ??= await call("/v1/vocabulary");
  return terms;
};
