/** A byte-level tokenizer in the files of a Hugging Face model: 256 bytes, a few merges, ChatML special tokens. */

const special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

/** GPT-2's printable stand-in for each byte: printable Latin-1 stands for itself, the rest from U+0100 on. */
const bytes = (() => {
  const printable = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  let next = 256
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++))
})()

/** Those before "Â ½" join bytes of neighbouring characters, so that a wrong split shows. */
const merges = ["h e", "l l", "he ll", "Ġ w", "Ġ Â", "² Â", "ħ Â", "Â ½", "Â ²"]

const tokens = [...special, ...bytes, ...merges.map((pair) => pair.replace(" ", ""))]

export const vocabulary = {
  added_tokens: special.map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: null,
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { type: "ByteLevel", add_prefix_space: false, use_regex: true },
    ],
  },
  post_processor: null,
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), merges },
}

export const config = {
  bos_token: "<|im_start|>",
  eos_token: { content: "<|im_end|>" },
  clean_up_tokenization_spaces: true,
  chat_template:
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}{{ '<|im_start|>system\nBe kind.<|im_end|>\n' }}{% endif %}" +
    "{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + eos_token + '\n' }}{% endfor %}" +
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
}

/** The ids of a token sequence, each written as in the vocabulary. */
export const idsOf = (...names: ReadonlyArray<string>): Array<number> => names.map((name) => tokens.indexOf(name))
