// The names of the driver with their meanings, read once.

import { call } from "./api.js";

let loading;

/** The vocabulary; a failed call is made again the next time. */
export const vocabulary = () => {
  loading ??= call("/v1/vocabulary").catch(error => {
    loading = undefined;
    throw error;
  });
  return loading;
};
