namespace Parley.Protocol;

/// <summary>Signs a browser in with the ticket of a sign-in link.</summary>
public sealed record SignInRequest
{
    /// <summary>The part of the link after <c>/sign-in#</c>.</summary>
    public string? Ticket { get; init; }
}

/// <summary>Who a caller is, what it may do, and the server that it talks to.</summary>
public sealed record Me
{
    /// <summary>The kind of its token. A browser's session has that of the token that its sign-in link was made with.</summary>
    public TokenKind Kind { get; init; }

    /// <summary>The name of its agent; null if it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Its agent; null for admins, observers, and join tokens, and for a browser that they signed in.</summary>
    public string? AgentId { get; init; }

    /// <summary>The ids of the projects that it has access to, in order; the first 500 if there are more.</summary>
    public required IReadOnlyList<string> Projects { get; init; }

    /// <summary>What it may do, such as <c>send</c> or <c>administer</c>; some of it perhaps only for what is its own.</summary>
    public required IReadOnlyList<string> May { get; init; }

    /// <summary>When its token, or its session, ends at the latest; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public required ServerFacts Server { get; init; }
}

/// <summary>The server, as of this answer.</summary>
public sealed record ServerFacts
{
    public required string Version { get; init; }

    /// <summary>By the server's clock.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>The first part of every place in the log of the request's project. It changes if an older state of the data was restored.</summary>
    public required string Epoch { get; init; }

    /// <summary>How many days that project keeps messages and events; null for forever.</summary>
    public double? RetentionDays { get; init; }
}
