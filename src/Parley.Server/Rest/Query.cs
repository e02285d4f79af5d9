namespace Parley.Server.Rest;

/// <summary>What an endpoint reads from its query string. Reading a parameter also declares it.</summary>
internal interface IQuery<TSelf>
    where TSelf : IQuery<TSelf>
{
    /// <summary>Takes every parameter from the reader. Parameters that are not taken are unknown and are refused. The reader records bad values and
    /// treats them as absent, so this method neither checks nor throws.</summary>
    static abstract TSelf Read(QueryReader query);
}

/// <summary>Which part of a list is requested: the query of a list without filters.</summary>
/// <param name="Limit">1-500, 50 if absent.</param>
/// <param name="After">The <c>next</c> of the previous page; null for the first page.</param>
internal sealed record ListQuery(int Limit, string? After) : IQuery<ListQuery>
{
    public static ListQuery Read(QueryReader query) => query.List();
}

/// <summary>A query parameter, for the documentation.</summary>
/// <param name="Type">The JSON Schema type of one value.</param>
/// <param name="Words">The possible values, if there are only a few.</param>
/// <param name="Repeated">Whether several values may be given, as repeated <c>?name=</c> or separated by commas.</param>
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
