/** A Worker that only its bindings lead to: remembers each event, and confirms those that are no confirmation themselves. */
const CONFIRMATION = "confirmation";

const received = [];

export default {
  async fetch(request) {
    if (request.method === "GET") return Response.json(received);
    const [id, type] = ["ce-id", "ce-type"].map((name) => request.headers.get(name));
    received.push({ url: request.url, id, type, body: await request.text() });
    if (type === CONFIRMATION) return new Response(null, { status: 202 });
    const headers = { "ce-specversion": "1.0", "ce-id": id, "ce-source": "/orders", "ce-type": CONFIRMATION };
    return new Response("confirmed", { headers });
  },
};
