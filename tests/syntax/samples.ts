import type { Language } from '../../src/syntax/language.ts'

/** The ending of a file in each language. */
export const endingOf: Readonly<Record<Language, string>> = {
  bash: 'sh',
  'c-sharp': 'cs',
  cpp: 'cpp',
  css: 'css',
  go: 'go',
  java: 'java',
  javascript: 'js',
  php: 'php',
  python: 'py',
  ruby: 'rb',
  rust: 'rs',
  tsx: 'tsx',
  typescript: 'ts',
}

/** Pieces that open, close and half-open what some language has. */
export const fragments: readonly string[] = [
  [
    "'",
    '"',
    '`',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '#',
    '\\',
    '$',
    '<',
    '>',
    ':',
    ';',
    ',',
    '.',
    '=',
    '+',
    '-',
    '*',
    '/',
    '%',
    '&',
    '|',
    '!',
    '?',
    '@',
  ],
  ['${', '$(', '#{', '=>', '->', '::', '/*', '*/', '/**', '//', '///', '"""', "'''", '<<EOF\n', 'EOF\n', '<<~X\n', '<<<X\n', 'X;\n'],
  [
    '%w(',
    '=begin\n',
    '=end\n',
    '__END__\n',
    '<?php ',
    '?>',
    '<div>',
    '</div>',
    'R"x(',
    ')x"',
    'r#"',
    '"#',
    '$@"',
    '\\\n',
    '#if A\n',
    '#endif\n',
  ],
  [
    'if ',
    'def f():\n',
    'class A',
    'function f',
    'fn f()',
    'func f()',
    'impl A ',
    'const ',
    'export ',
    'return ',
    'end\n',
    'do\n',
    'done\n',
    'case ',
  ],
  ['\n', '\r\n', '\r', '\t', '    ', '\0', '\uFEFF', '\u2028', '\ud800', '😀', 'x', 'y1', '0', '1e5', '# noqa', '// @ts-ignore'],
].flat()

/** One file of each language, with nothing in it that a line of comment would break. `line` is how such a line looks. */
export const samples: readonly { language: Language; line(text: string): string; source: string }[] = [
  {
    language: 'bash',
    line: (text) => `# ${text}`,
    source:
      'set -eu\nreadonly LIMIT=3\nserve() {\n  local port="$1"\n  if [ -n "$port" ]; then\n    echo "port ${port#x} # no"\n  fi\n}\nserve 80 | cat\n',
  },
  {
    language: 'c-sharp',
    line: (text) => `// ${text}`,
    source:
      'using System;\nnamespace Web\n{\n    public class Port\n    {\n        private const int Limit = 3;\n        public int Read(string text)\n        {\n            var url = $"http://{text}//x";\n            return int.Parse(text) + Limit;\n        }\n    }\n}\n',
  },
  {
    language: 'cpp',
    line: (text) => `// ${text}`,
    source:
      '#include <string>\nnamespace web {\ntemplate <class T>\nclass Port {\n public:\n  int read(const std::string& text) const {\n    auto url = "http://x";\n    return text.size() / 2;\n  }\n};\n}\n',
  },
  {
    language: 'css',
    line: (text) => `/* ${text} */`,
    source:
      ':root {\n  --size: 4px;\n}\n.port .open,\n#x > a:hover {\n  color: red;\n  background: url("a//b.png");\n}\n@media (min-width: 3px) {\n  .a {\n    margin: 0 1px;\n  }\n}\n',
  },
  {
    language: 'go',
    line: (text) => `// ${text}`,
    source:
      'package web\n\nimport "strconv"\n\nconst Limit = 3\n\ntype Port struct {\n\tnumber int\n}\n\nfunc (p *Port) Read(text string) (int, error) {\n\turl := "http://x"\n\tif url == `//` {\n\t\treturn Limit, nil\n\t}\n\treturn strconv.Atoi(text)\n}\n',
  },
  {
    language: 'java',
    line: (text) => `// ${text}`,
    source:
      'package web;\n\npublic class Port {\n    static final int LIMIT = 3;\n\n    @Override\n    public int read(String text) {\n        String url = "http://x";\n        return Integer.parseInt(text) / LIMIT;\n    }\n}\n',
  },
  {
    language: 'javascript',
    line: (text) => `// ${text}`,
    source:
      "'use strict'\nconst limit = 3\nexports.read = function (text) {\n  const url = `http://${text}//x`\n  return /[/*]/.test(url) ? text / limit : [1,\n    2]\n}\nclass Port {\n  #number = 1\n  get number() {\n    return this.#number\n  }\n}\n",
  },
  {
    language: 'php',
    line: (text) => `// ${text}`,
    source:
      '<?php\nnamespace Web;\n\nfinal class Port\n{\n    const LIMIT = 3;\n\n    public function read(string $text): int\n    {\n        $url = "http://{$text}//x";\n        return (int) $text + strlen(\'# no\');\n    }\n}\n',
  },
  {
    language: 'python',
    line: (text) => `# ${text}`,
    source:
      'import os\n\nLIMIT = 3\n\n\nclass Port:\n    """A port."""\n\n    number = 1\n\n    @property\n    def text(self) -> str:\n        """Its text."""\n        if self.number > LIMIT:\n            return f"{self.number} # no"\n        return str(self.number)\n\n\ndef read(text):\n    return int(text)\n',
  },
  {
    language: 'ruby',
    line: (text) => `# ${text}`,
    source:
      'require "set"\n\nmodule Web\n  class Port\n    LIMIT = 3\n\n    def read(text)\n      url = "http://#{text} # no"\n      return LIMIT if url =~ /# x/\n      text.to_i\n    end\n  end\nend\n',
  },
  {
    language: 'rust',
    line: (text) => `// ${text}`,
    source:
      "use std::fmt;\n\npub const LIMIT: u32 = 3;\n\n#[derive(Debug)]\npub struct Port<'a> {\n    text: &'a str,\n}\n\nimpl<'a> Port<'a> {\n    pub fn read(&self) -> u32 {\n        let url = r#\"http://x\"#;\n        self.text.parse().unwrap_or(LIMIT)\n    }\n}\n",
  },
  {
    language: 'tsx',
    line: (text) => `// ${text}`,
    source:
      'import { useState } from \'react\'\n\nexport function Port({ text }: { text: string }) {\n  const [open] = useState(false)\n  const label = <b title="// no">port {text} // no</b>\n  return open ? label : null\n}\n',
  },
  {
    language: 'typescript',
    line: (text) => `// ${text}`,
    source:
      "import { z } from 'zod'\n\nexport interface Options {\n  limit: number\n}\n\nexport const read = (text: string, { limit }: Options): number => {\n  const url = `http://${text}//x`\n  return url.length > limit ? Number(text) : z.int().parse(text)\n}\n\nabstract class Port<T> {\n  private readonly number = 1\n  abstract open(): T\n}\n",
  },
]
