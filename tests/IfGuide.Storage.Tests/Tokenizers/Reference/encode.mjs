// Reads a JSON array of texts from standard input and writes the token ids of each, as Hugging Face's own library finds them.
import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';

const tokenizer = new Tokenizer(JSON.parse(readFileSync(process.argv[2], 'utf8')), {});
const texts = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map(text => tokenizer.encode(text, { add_special_tokens: false }).ids)));
