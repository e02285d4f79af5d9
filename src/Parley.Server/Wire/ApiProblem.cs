using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>Why something was refused. As a result, it writes RFC 9457 <c>application/problem+json</c>. <see cref="ToProblem"/> returns the same for
/// an error frame or a batch item.</summary>
internal sealed record ApiProblem(string Code, string Detail) : IResult
{
    public const string ContentType = "application/problem+json";

    // 429 and 503 always have Retry-After. Without it, a client would choose a second too.
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(1);

    private static readonly int[] StatusesWithWait = [StatusCodes.Status429TooManyRequests, StatusCodes.Status503ServiceUnavailable];

    private int? _status;

    /// <summary>The HTTP status: that of the code, unless HTTP has a more specific one (408, 431).</summary>
    public int Status
    {
        get => _status ?? ErrorCatalog.Of(Code).Status;
        init => _status = value;
    }

    /// <summary>How long to wait before trying again.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reasons by field (<c>items[3].priority</c>); null if no field is at fault.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    public Problem ToProblem()
    {
        var meaning = ErrorCatalog.Of(Code);
        return new Problem
        {
            Type = ErrorCatalog.AddressOf(Code),
            Title = meaning.Title,
            Status = Status,
            Detail = Detail,
            Code = Code,
            Retryable = meaning.Retryable,
            RetryAfter = Wait is { } wait ? Math.Round(wait.TotalSeconds, 3) : null,
            Errors = Errors,
        };
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (Wait is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        // Unless the scheme that refused it has already set its own challenge.
        if (Status == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
            response.Headers.WWWAuthenticate = "Bearer realm=\"parley\"";

        var json = JsonSerializer.SerializeToUtf8Bytes(ToProblem(), WireJson.Strict.Problem);
        response.ContentLength = json.Length;
        return HttpMethods.IsHead(httpContext.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(json, httpContext.RequestAborted).AsTask();
    }

    private TimeSpan? Wait => RetryAfter ?? (StatusesWithWait.Contains(Status) ? UsualWait : null);
}
