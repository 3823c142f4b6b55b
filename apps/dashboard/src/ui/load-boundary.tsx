import { Component, type ReactNode } from 'react';

interface LoadBoundaryProps {
  /** What stands in for it. */
  fallback: ReactNode;
  children: ReactNode;
}

/** Keeps a part whose code does not come from taking the rest along: the launcher is away, or was updated meanwhile. */
export class LoadBoundary extends Component<LoadBoundaryProps, { hasFailed: boolean }> {
  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override state = { hasFailed: false };

  override render(): ReactNode {
    return this.state.hasFailed ? this.props.fallback : this.props.children;
  }
}
