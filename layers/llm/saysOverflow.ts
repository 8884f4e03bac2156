/**
 * Whether a server's refusal says that the prompt, or the prompt with the tokens asked for, is longer than the model's
 * context: as OpenAI, Anthropic, vLLM (by itself and behind SkyRL), llama.cpp and the hosted Tinker service put it.
 */
export const saysOverflow = (text: string): boolean => overflow.test(text)

const overflow =
  /context_length_exceeded|context (length|window|size)|maximum context|prompt is too long|too many tokens|exceeds? the (model's )?max|longer than the (model's )?max/i
