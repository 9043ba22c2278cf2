import { type Coverage, coverageCollector, type PathOf } from './coverage.ts'
import { elementsNamed, readXml } from './xml.ts'

/** Reads Cobertura's XML. It tells how many ways on from a line were taken, not which. Null for a text that is none. */
export function readCobertura(text: string, pathOf: PathOf): Coverage | null {
  const root = readXml(text)
  if (root?.name !== 'coverage') return null
  const { coverage, file } = coverageCollector(pathOf)
  for (const { attributes, children } of elementsNamed(root, 'class')) {
    const counter = file(attributes.filename ?? '')
    // The lines of methods are told twice.
    const lines = children.filter(({ name }) => name === 'lines').flatMap((list) => elementsNamed(list, 'line'))
    for (const { attributes: line } of lines) {
      const number = Number(line.number)
      counter?.line(number, Number(line.hits))
      const [, covered = '', total = ''] = /\((\d+)\/(\d+)\)/.exec(line['condition-coverage'] ?? '') ?? []
      for (let way = 0; way < Math.min(Number(total), maxWays); way++) counter?.branch(number, way, way < Number(covered) ? 1 : 0)
    }
  }
  return coverage
}

const maxWays = 1000
