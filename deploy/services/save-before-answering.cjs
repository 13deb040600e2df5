// Azurite writes its index every five seconds, so that a kill loses writes that it has acknowledged; Azure Blob Storage never does.
// Loaded before Azurite (node --require), this makes it write the index before it acknowledges a change.
const { ServerResponse } = require('node:http');
const Loki = require('lokijs');

const databases = new Set();
for (const method of ['loadDatabase', 'addCollection']) {
  const original = Loki.prototype[method];
  Loki.prototype[method] = function (...parameters) {
    databases.add(this);
    return original.apply(this, parameters);
  };
}

const saved = database => new Promise((done, failed) => database.saveDatabase(error => (error ? failed(error) : done())));

const { end } = ServerResponse.prototype;
ServerResponse.prototype.end = function (...parameters) {
  if (this.req.method === 'GET' || this.req.method === 'HEAD') {
    return end.apply(this, parameters);
  }

  Promise.all([...databases].filter(database => database.autosaveDirty() || database.throttledSavePending).map(saved))
    .then(() => end.apply(this, parameters), () => this.destroy());
  return this;
};
