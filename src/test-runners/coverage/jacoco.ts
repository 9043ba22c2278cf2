import { posix } from 'node:path'
import { type Coverage, coverageCollector, type PathOf } from './coverage.ts'
import { elementsNamed, readXml } from './xml.ts'

/** Reads JaCoCo's XML: of each line the covered and missed instructions and branches. Files are named by package. Null for a text that is none. */
export function readJacoco(text: string, pathOf: PathOf): Coverage | null {
  const root = readXml(text)
  if (root?.name !== 'report') return null
  const { coverage, file } = coverageCollector(pathOf)
  for (const { attributes: owner, children } of elementsNamed(root, 'package'))
    for (const { name, attributes, children: lines } of children) {
      if (name !== 'sourcefile') continue
      const counter = file(posix.join(owner.name ?? '', attributes.name ?? ''))
      for (const { attributes: line } of lines.filter(({ name }) => name === 'line')) {
        const [number, missed, covered] = [Number(line.nr), Number(line.mb), Number(line.cb)]
        counter?.line(number, Number(line.ci) > 0 ? 1 : 0)
        for (let way = 0; way < Math.min(missed + covered, maxWays); way++) counter?.branch(number, way, way < covered ? 1 : 0)
      }
    }
  return coverage
}

const maxWays = 1000
