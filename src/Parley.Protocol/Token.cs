namespace Parley.Protocol;

/// <summary>What a token allows; see the table of who may do what.</summary>
public enum TokenKind
{
    Admin,
    Operator,
    Agent,
    Join,
    Observer,
}

/// <summary>A token without its secret.</summary>
public record TokenInfo
{
    public required string TokenId { get; init; }
    public TokenKind Kind { get; init; }

    /// <summary>Null means every project.</summary>
    public string? ProjectId { get; init; }

    public string? AgentId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A new token, with its secret, which is shown only once.</summary>
public sealed record NewToken : TokenInfo
{
    public required string Token { get; init; }
}

public sealed record TokenRequest
{
    public TokenKind? Kind { get; init; }
    public string? ProjectId { get; init; }
    public string? AgentId { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>Requests a ticket, for browsers, which cannot set headers on streams and sockets.</summary>
public sealed record TicketRequest
{
    /// <summary>The path to open, with its query: <c>/api/v1/sse/project/default</c>.</summary>
    public string? Path { get; init; }
}

public sealed record Ticket
{
    /// <summary>Add it to the address as <c>?ticket=</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("ticket")]
    public required string Value { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
