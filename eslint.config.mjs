import tseslint from 'typescript-eslint'

/** The rooms of the house and what each may import; what is not named is refused. */
const rooms = {
  'src/event': [],
  'src/transport': [],
  'src/store': [],
  'src/ical': ['event'],
  'src/sync': ['event', 'store'],
  'src/google': ['event', 'ical', 'transport'],
  'src/caldav': ['event', 'ical', 'transport'],
  'src/runtime': ['event', 'ical', 'transport', 'store', 'sync', 'google', 'caldav'],
}
const all = ['event', 'ical', 'transport', 'store', 'sync', 'google', 'caldav', 'runtime', 'nodes', 'test']

const walls = Object.entries(rooms).map(([room, doors]) => {
  const own = room.split('/')[1]
  const shut = all.filter((other) => other !== own && !doors.includes(other))
  return {
    files: [`${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `(^|/)\\.\\.?/(.*/)?(${shut.join('|')})(/|$)`,
              message: `${room} may import only: ${doors.length > 0 ? doors.join(', ') : 'libraries'} (see CONTRIBUTING, Rooms).`,
            },
          ],
        },
      ],
    },
  }
})

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '.demo/', '**/*.mjs', '**/*.js', '**/*.cjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: './tsconfig.test.json' } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  ...walls,
  {
    files: ['test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      'no-console': 'off',
    },
  },
)
