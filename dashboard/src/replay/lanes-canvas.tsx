import { useEffect, useRef, useState } from 'react';
import type { Drawing } from './lanes-view.tsx';
import { barHeight } from './lanes-svg.tsx';
import { others } from './lanes.ts';

/** The same drawing as a picture, for thousands of marks. */
export function LanesCanvas({ drawing }: { drawing: Drawing }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useThemeClass();
  useEffect(() => {
    const element = canvas.current!;
    const context = element.getContext('2d');
    if (!context) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(drawing.width * ratio);
    element.height = Math.round(drawing.height * ratio);
    context.scale(ratio, ratio);
    draw(context, drawing, getComputedStyle(element));
  }, [drawing, theme]);
  return <canvas ref={canvas} aria-hidden="true" className="absolute inset-0" style={{ width: drawing.width, height: drawing.height }} />;
}

const barColors = { working: '--busy-solid', asks: '--person-solid', blocked: '--calm-solid' };
const arrowColors = { plain: '--foreground-2', person: '--person-solid', bad: '--bad-solid' };

function draw(context: CanvasRenderingContext2D, drawing: Drawing, style: CSSStyleDeclaration): void {
  const { scale, width, laneHeight, laneOf, bars, arrows } = drawing;
  const color = (name: string) => style.getPropertyValue(name).trim();
  const y = (lane: number) => laneHeight * lane + laneHeight / 2;
  const rest = laneOf.get(others);
  context.strokeStyle = color('--border');
  for (const lane of laneOf.values()) {
    context.beginPath();
    context.moveTo(0, laneHeight * (lane + 1) - 0.5);
    context.lineTo(width, laneHeight * (lane + 1) - 0.5);
    context.stroke();
  }
  for (const { agent, from, to, look } of bars) {
    const lane = laneOf.get(agent) ?? rest;
    if (lane === undefined) continue;
    context.globalAlpha = look === 'asks' ? 1 : 0.55;
    context.fillStyle = color(barColors[look]);
    context.fillRect(scale.x(from), y(lane) - barHeight / 2, Math.max(1, scale.x(to) - scale.x(from)), barHeight);
  }
  // So many arrows lie on one another: each is faint, and what matters lies above.
  for (const tone of ['plain', 'bad', 'person'] as const) {
    context.globalAlpha = tone === 'plain' ? 0.35 : 1;
    context.strokeStyle = context.fillStyle = color(arrowColors[tone]);
    context.beginPath();
    for (const arrow of arrows) {
      if (arrow.tone !== tone || arrow.from < 0) continue;
      const x = Math.round(scale.x(arrow.at)) + 0.5;
      const all = [arrow.from, ...arrow.to];
      context.moveTo(x, y(Math.min(...all)));
      context.lineTo(x, y(Math.max(...all)));
      context.rect(x - 1.5, y(arrow.from) - 1.5, 3, 3);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Changes with the theme, whose colors a canvas does not take by itself. */
function useThemeClass(): string {
  const [name, setName] = useState(document.documentElement.className);
  useEffect(() => {
    const watch = new MutationObserver(() => setName(document.documentElement.className));
    watch.observe(document.documentElement, { attributeFilter: ['class'] });
    return () => watch.disconnect();
  }, []);
  return name;
}
