// Asks the console's API. An answer that is no success is thrown as an Error with the reason.

export const get = (path, query = {}) => call("GET", `${path}?${new URLSearchParams(query)}`);

export const post = (path, fields = {}) => call("POST", path, JSON.stringify(fields));

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(`api/${path}`, { method, body, headers: body ? { "Content-Type": "application/json" } : {} });
  } catch {
    throw new Error("The account does not answer. Start it again, then reload this page.");
  }
  const document = await answer.json();
  if (!answer.ok) throw new Error(document.error);
  return document;
}
