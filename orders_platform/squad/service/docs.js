// Shows the API's calls, each with a key that is new: the first click carries a call out, the second shows what a repetition gets.

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const withNewKeys = (api) => {
  const calls = Object.values(api.paths).flatMap((path) => Object.values(path));
  for (const given of calls.flatMap((call) => call.parameters ?? [])) {
    if (given.name === "Idempotency-Key") {
      delete given.examples;
      given.example = newKey();
    }
  }
  return api;
};

const answer = await fetch("openapi.json");
SwaggerUIBundle({
  spec: withNewKeys(await answer.json()),
  dom_id: "#calls",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
});
