// Creates a blob container unless it is there: node create-container.mjs NAME, with AZURE_STORAGE_CONNECTION_STRING in the environment.
import { createHmac } from 'node:crypto';

const name = process.argv[2];
const connection = Object.fromEntries(process.env.AZURE_STORAGE_CONNECTION_STRING.split(';').filter(Boolean)
  .map(part => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]));
const address = new URL(`${connection.BlobEndpoint.replace(/\/$/, '')}/${name}?restype=container`);
const headers = { 'x-ms-date': new Date().toUTCString(), 'x-ms-version': '2021-12-02' };
const canonical = ['PUT', '', '', '', '', '', '', '', '', '', '', '',
  ...Object.entries(headers).map(([key, value]) => `${key}:${value}`),
  `/${connection.AccountName}${address.pathname}\nrestype:container`].join('\n');
const signature = createHmac('sha256', Buffer.from(connection.AccountKey, 'base64')).update(canonical, 'utf8').digest('base64');
const answer = await fetch(address, { method: 'PUT', headers: { ...headers, authorization: `SharedKey ${connection.AccountName}:${signature}` } });
if (answer.status !== 201 && answer.status !== 409) {
  console.error(`The container '${name}' cannot be created: ${answer.status} ${await answer.text()}`);
  process.exit(1);
}
