import { memo, useState, type ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import { parse, type Block, type Inline } from './parse.ts';

const foldAbove = 4 * 1024;
const askAbove = 64 * 1024;

/** What somebody wrote, as text and nothing else. Long texts are folded, and very long ones are drawn on request. */
export const Said = memo(function Said({ text, className }: { text: string; className?: string }) {
  const [isOpen, setOpen] = useState(false);
  const isFolded = text.length > foldAbove && !isOpen;
  const shown = isFolded ? text.slice(0, text.length > askAbove ? 1024 : foldAbove) : text;
  return (
    <div dir="auto" className={`said space-y-2 ${className ?? ''}`}>
      {parse(shown).map((block, index) => (
        <BlockView key={index} block={block} />
      ))}
      {text.length > foldAbove && (
        <Button size="small" onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Show less' : `Show all ${Math.ceil(text.length / 1024)}\u00a0KiB`}
        </Button>
      )}
    </div>
  );
});

/** Code or JSON: as it is, in its own box. */
export function CodeBox({ text, label = 'Code' }: { text: string; label?: string }) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      dir="ltr"
      className="max-h-80 overflow-auto rounded-md border bg-muted px-3 py-2 font-mono text-xs/5"
    >
      <code>{text}</code>
    </pre>
  );
}

function BlockView({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case 'code':
      return <CodeBox text={block.text} />;
    case 'heading':
      return (
        <p className="font-semibold">
          <Inlines parts={block.children} />
        </p>
      );
    case 'quote':
      return (
        <blockquote className="whitespace-pre-line border-l-2 border-border-strong pl-3 text-foreground-2">
          <Inlines parts={block.children} />
        </blockquote>
      );
    case 'list': {
      const items = block.items.map((item, index) => (
        <li key={index}>
          <Inlines parts={item} />
        </li>
      ));
      return block.isOrdered ? (
        <ol start={block.start} className="list-decimal space-y-0.5 pl-6">
          {items}
        </ol>
      ) : (
        <ul className="list-disc space-y-0.5 pl-5">{items}</ul>
      );
    }
    case 'paragraph':
      return (
        <p className="whitespace-pre-line">
          <Inlines parts={block.children} />
        </p>
      );
  }
}

export function Inlines({ parts }: { parts: readonly Inline[] }): ReactNode {
  return parts.map((part, index) => <InlineView key={index} part={part} />);
}

function InlineView({ part }: { part: Inline }): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return <code className="rounded-sm bg-secondary px-1 py-0.5 font-mono text-[0.92em]">{part.text}</code>;
    case 'strong':
      return (
        <strong className="font-semibold">
          <Inlines parts={part.children} />
        </strong>
      );
    case 'em':
      return (
        <em>
          <Inlines parts={part.children} />
        </em>
      );
    case 'link':
      return (
        <>
          <a href={part.href} target="_blank" rel="noopener noreferrer" className="text-accent underline underline-offset-2">
            {part.label}
          </a>
          {!part.label.includes(part.host) && <span className="text-foreground-3"> ({part.host})</span>}
        </>
      );
    case 'hidden':
      return (
        <span
          title={`A character that cannot be seen: ${part.code}`}
          className="mx-px rounded-sm bg-secondary px-0.5 font-mono text-2xs text-foreground-3"
        >
          {part.code}
        </span>
      );
  }
}
