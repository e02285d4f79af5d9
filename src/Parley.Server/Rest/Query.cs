namespace Parley.Server.Rest;

/// <summary>What an endpoint reads from its query string, declared by reading it.</summary>
internal interface IQuery<TSelf>
    where TSelf : IQuery<TSelf>
{
    /// <summary>Takes every parameter from the reader. What is not taken is unknown, and refused; bad values are noted by the reader
    /// and stand as absent, so this neither checks nor throws.</summary>
    static abstract TSelf Read(QueryReader query);
}

/// <summary>The part of a list that is asked for; what a list without a filter takes.</summary>
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
