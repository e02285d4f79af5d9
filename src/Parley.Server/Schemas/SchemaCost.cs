using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>Estimates, before there is any payload, how much work checking against a schema can take. A schema without an upper bound is
/// refused.</summary>
/// <remarks>The measure is how often one value of the payload is checked. A tree whose two branches are trees costs one check per value. A schema
/// that applies itself twice to each item doubles this with each level, so even a rather flat payload would be too expensive.</remarks>
internal static class SchemaCost
{
    /// <summary>The most checks of one value. Each takes a few microseconds, and a payload of 256 KiB has up to 128,000 values.</summary>
    internal const long Most = 250;

    /// <returns>The location of the fault and the reason; null if there is none.</returns>
    internal static (string Pointer, string Reason)? Check(SchemaGraph graph)
    {
        if (Order(graph, out var loop) is not { } order)
            return (loop!.Pointer, "refers back to itself without going deeper into the payload, so checking would never end");

        // By depth: how many checks a value may need that is this many levels below a value that a subschema is applied to.
        var below = graph.Nodes.ToDictionary(node => node, node => node.Cost);
        for (var depth = 0; depth <= JsonDepth.OfInput; depth++)
        {
            var here = new Dictionary<SchemaNode, long>();
            foreach (var node in order)
                here[node] = Math.Min(below[node] + node.Here.Sum(other => here[other]), Most + 1);
            if (here[graph.Root!] > Most)
            {
                return ("", depth == 0
                    ? $"checks the same value more than {Most} times; nest fewer 'allOf', 'anyOf', 'oneOf', and '$ref', or list fewer values"
                    : $"could take forever: a value {depth} levels down in a payload would be checked more than {Most} times. Apply a recursive subschema only once to each part");
            }

            below = graph.Nodes.ToDictionary(
                node => node,
                node => Math.Min(node.Parts.Sum(part => here[part]) + node.OnePart.Select(part => here[part]).DefaultIfEmpty().Max(), Most + 1));
        }

        return null;
    }

    /// <summary>Ordered so that each comes after those that it applies to the same value.</summary>
    /// <returns>Null if one refers back to itself.</returns>
    private static List<SchemaNode>? Order(SchemaGraph graph, out SchemaNode? loop)
    {
        var order = new List<SchemaNode>();
        var isDone = new Dictionary<SchemaNode, bool>();
        loop = graph.Nodes.FirstOrDefault(node => !Visit(node));
        return loop is null ? order : null;

        bool Visit(SchemaNode node)
        {
            if (isDone.TryGetValue(node, out var done))
                return done;
            isDone[node] = false;
            if (!node.Here.TrueForAll(Visit))
                return false;
            isDone[node] = true;
            order.Add(node);
            return true;
        }
    }
}
