// A small shop, which needs no packages.
const http = require("node:http");

const server = http.createServer((request, response) => {
  response.writeHead(200, { "Content-Type": "text/html" });
  response.end("<!doctype html><title>The shop</title><h1>The shop</h1>\n");
});

// Elastic Beanstalk ends the old version with SIGTERM.
process.on("SIGTERM", () => server.close(() => process.exit(0)));
server.listen(process.env.PORT || 8080);
