import { readFileSync } from 'node:fs'

/** A chat template that writes tools, calls and results the way Qwen 3's does. */
export const toolsTemplate = readFileSync(new URL('tools.jinja', import.meta.url), 'utf8')
