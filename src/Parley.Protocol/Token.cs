namespace Parley.Protocol;

/// <summary>What a token opens; the table "Who may do what" of the reference says all of it.</summary>
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

    /// <summary>Null: every project.</summary>
    public string? ProjectId { get; init; }

    public string? AgentId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A new token, with the secret that is shown this once.</summary>
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

/// <summary>Asks for what a browser can put into an address, since it can set no header.</summary>
public sealed record TicketRequest
{
    /// <summary>The path to open, with its query: <c>/api/v1/sse/project/default</c>.</summary>
    public string? Path { get; init; }
}

public sealed record Ticket
{
    /// <summary>Goes into the address as <c>?ticket=</c>.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("ticket")]
    public required string Value { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
