using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>What an endpoint reads from its query string, declared by reading it.</summary>
internal interface IQuery<TSelf>
    where TSelf : IQuery<TSelf>
{
    /// <summary>Takes every parameter from the reader. What is not taken is unknown, and refused; bad values are noted by the reader
    /// and stand as absent, so this neither checks nor throws.</summary>
    static abstract TSelf Read(QueryReader query);
}

/// <summary>Marks the parameters that read the whole query string and refuse what they do not know.</summary>
internal interface IQueryInput : IInput;

/// <summary>The query string of a request, read strictly. As with <see cref="Body{T}"/> a bad one is answered before the endpoint runs.</summary>
internal sealed class Query<T> : IQueryInput, IBindableFromHttpContext<Query<T>>, IEndpointParameterMetadataProvider
    where T : IQuery<T>
{
    private Query(T value, ApiProblem? problem) => (Value, Problem) = (value, problem);

    public ApiProblem? Problem { get; }

    public T Value { get; }

    public static ValueTask<Query<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var reader = new QueryReader(context.Request.Query);
        var value = T.Read(reader);
        return ValueTask.FromResult<Query<T>?>(new Query<T>(value, reader.Finish()));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        // Reading an empty query declares all parameters: the documentation and the refusal can not disagree.
        var reader = new QueryReader(QueryCollection.Empty);
        T.Read(reader);
        builder.Metadata.Add(new QueryParameters([.. reader.Parameters]));
        builder.Metadata.Add(new Refusals([ErrorCodes.InvalidRequest]));
    }
}

/// <summary>The part of a list that is asked for; endpoints whose list has no filter take it as <c>Query&lt;ListQuery&gt;</c>.</summary>
/// <param name="Limit">1-500, 50 if absent.</param>
/// <param name="After">The <c>next</c> of the page before; null for the first page.</param>
internal sealed record ListQuery(int Limit, string? After) : IQuery<ListQuery>
{
    public static ListQuery Read(QueryReader query) => query.List();
}

/// <summary>A query parameter as the documentation shows it.</summary>
/// <param name="Type">The JSON Schema type of one value.</param>
/// <param name="Words">The values there are, when they are few.</param>
/// <param name="Repeated">Whether several may be given, each as <c>?name=</c> or joined by commas.</param>
internal sealed record QueryParameter(string Name, string Type)
{
    public string? Meaning { get; init; }
    public string? Format { get; init; }
    public IReadOnlyList<string>? Words { get; init; }
    public bool Repeated { get; init; }
    public double? Minimum { get; init; }
    public double? Maximum { get; init; }
    public object? Default { get; init; }
}

/// <summary>The query parameters of an endpoint, for its documentation.</summary>
internal sealed record QueryParameters(IReadOnlyList<QueryParameter> All);
