import type { Format } from './formats.ts'
import { checkstyle } from './checkstyle.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { json } from './json.ts'
import { junit } from './junit.ts'
import { markdown } from './markdown.ts'
import { pretty } from './pretty.ts'
import { rdjson } from './rdjson.ts'
import type { Reporter } from './reporter.ts'
import { sarif } from './sarif.ts'

/** Every format that a report can be written in. */
export const reporters: Readonly<Record<Format, Reporter>> = { pretty, json, sarif, github, markdown, rdjson, gitlab, junit, checkstyle }
