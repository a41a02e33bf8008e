// Findings come with their issue; this keeps the module in the graph.
package enum AnomaliesModule {}
