using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>The error codes with which an endpoint may answer, for its documentation. An endpoint has several of these.</summary>
internal sealed record Refusals(IReadOnlyList<string> Codes);

/// <summary>One status of <see cref="Refusals"/> in the form that ASP.NET's OpenAPI reads.</summary>
internal sealed record ProblemResponse(int StatusCode) : IProducesResponseTypeMetadata
{
    public Type Type => typeof(Problem);

    public IEnumerable<string> ContentTypes => [ApiProblem.ContentType];
}

internal static class RefusalConventions
{
    /// <summary>What any endpoint may answer: no path, query or header is taken that is not understood.</summary>
    internal static IReadOnlyList<string> AnyEndpoint { get; } =
        [ErrorCodes.InvalidRequest, ErrorCodes.RateLimited, ErrorCodes.Overloaded, ErrorCodes.StorageUnavailable, ErrorCodes.InternalError];

    /// <summary>Tells OpenAPI of every status that an endpoint's <see cref="Refusals"/> name.</summary>
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
