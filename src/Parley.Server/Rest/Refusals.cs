using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>The error codes that an endpoint may answer with, for its documentation. An endpoint may have several of these.</summary>
internal sealed record Refusals(IReadOnlyList<string> Codes);

/// <summary>One status of <see cref="Refusals"/>, in the form that ASP.NET's OpenAPI reads.</summary>
internal sealed record ProblemResponse(int StatusCode) : IProducesResponseTypeMetadata
{
    public Type Type => typeof(Problem);

    public IEnumerable<string> ContentTypes => [ApiProblem.ContentType];
}

internal static class RefusalConventions
{
    /// <summary>What any endpoint may answer: unknown paths, query parameters, and headers are refused.</summary>
    internal static IReadOnlyList<string> AnyEndpoint { get; } =
        [ErrorCodes.InvalidRequest, ErrorCodes.RateLimited, ErrorCodes.Overloaded, ErrorCodes.StorageUnavailable, ErrorCodes.InternalError];

    /// <summary>Reports every status in an endpoint's <see cref="Refusals"/> to OpenAPI.</summary>
    public static TBuilder WithProblemResponses<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        builder.Finally(endpoint =>
        {
            var statuses = endpoint.Metadata.OfType<Refusals>()
                .SelectMany(refusals => refusals.Codes)
                .Concat(AnyEndpoint)
                .Select(code => ErrorCatalog.Of(code).Status)
                .Distinct().Order().ToArray();
            foreach (var status in statuses)
                endpoint.Metadata.Add(new ProblemResponse(status));
        });
        return builder;
    }
}
